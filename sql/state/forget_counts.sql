delete from {schema}.counts where run = :run and stage = :stage and part = :part
