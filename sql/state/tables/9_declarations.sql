-- The computed traits and audiences that were synced. `rule`: a fingerprint of what is computed, whatever it is called.
-- `declared`: the last sync had it; one that was taken out is kept for when it returns. `synced_run`: its first sync.
create table if not exists {schema}.declarations (
    key text primary key,
    name text not null,
    field text,
    rule text not null,
    declared boolean not null,
    synced_run bigint not null
)
