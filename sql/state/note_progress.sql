-- `seconds`: for how long the part has been at it.
insert into {schema}.progress (run, part, stage, done, total, began_at, changed_at)
values (:run, :part, :stage, :done, :total, now() - make_interval(secs => :seconds), now())
on conflict (run, part) do update set
    stage = excluded.stage,
    done = excluded.done,
    total = excluded.total,
    began_at = excluded.began_at,
    changed_at = excluded.changed_at
