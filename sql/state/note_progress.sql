-- `seconds`: for how long the stage has been at it.
insert into {schema}.progress (run, stage, done, total, began_at, changed_at)
values (:run, :stage, :done, :total, now() - make_interval(secs => :seconds), now())
on conflict (run) do update set
    stage = excluded.stage,
    done = excluded.done,
    total = excluded.total,
    began_at = excluded.began_at,
    changed_at = excluded.changed_at
