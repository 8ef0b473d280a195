insert into {schema}.runs (
    dag_run_id, kind, window_start, window_end, read_from, derive_from, dry_run, complete, watermark,
    history_whole, sends_traits,
    swept, full_resync, entities, settings, rules, mapping
)
values (
    :dag_run_id, :kind, :window_start, :window_end, :read_from, :derive_from, :dry_run, :complete, :watermark,
    :history_whole,
    :sends_traits, :swept, :full_resync, :entities, cast(:settings as jsonb), cast(:rules as jsonb), :mapping
)
returning run
