update {schema}.declarations set declared = false where declared and not (key = any(:keys))
