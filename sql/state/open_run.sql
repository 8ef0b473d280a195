insert into {schema}.runs (
    dag_run_id, kind, window_start, window_end, read_from, derive_from, dry_run, complete, watermark,
    history_whole, sends_traits,
    swept, full_resync, force, entities, settings, rules, mapping, declared, catalog
)
values (
    :dag_run_id, :kind, :window_start, :window_end, :read_from, :derive_from, :dry_run, :complete, :watermark,
    :history_whole,
    :sends_traits, :swept, :full_resync, :force, :entities, cast(:settings as jsonb), cast(:rules as jsonb), :mapping,
    cast(:declared as jsonb), cast(:catalog as jsonb)
)
returning run
