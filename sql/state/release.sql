-- Parked ones are tried again, as if for the first time. `keys` null: all of them; `entity` null: of every entity.
update {schema}.refusals set parked_at = null, tries = 0, first_at = now()
where parked_at is not null
and (cast(:keys as text[]) is null or key = any(cast(:keys as text[])))
and (cast(:entity as text) is null or entity = cast(:entity as text))
returning entity, key
