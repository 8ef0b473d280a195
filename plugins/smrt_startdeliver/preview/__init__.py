"""What the next run would do, and what a computed trait or an audience comes to now: nothing is sent or remembered.

It is what a dry run would find, outside Airflow, from the warehouse and the memory. Only where it is asked for is
Startdeliver asked, too.
"""
