update {schema}.alerts set told = array_append(told, :notifier)
where subject = :subject and change = :change
