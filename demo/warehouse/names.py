"""Word lists that believable people, businesses and addresses are put together from."""

_FIRST_NAMES = """
Aaron Abigail Alan Alice Amanda Andrea Andrew Angela Anna Anthony Barbara Benjamin Beth Brandon Brenda Brian
Carlos Carol Caroline Catherine Charles Christina Christopher Claire Daniel David Deborah Dennis Diana Donna
Edward Elena Elizabeth Emily Eric Eva Frank Gabriel George Grace Gregory Hannah Heather Helen Henry Ian Isabel
Jack Jacqueline James Janet Jason Jennifer Jessica Joan John Jonathan Jose Julia Karen Katherine Keith Kelly
Kenneth Kevin Laura Lauren Leah Linda Lisa Louis Lucia Margaret Maria Mark Martin Mary Matthew Megan Melissa
Michael Michelle Miguel Monica Nancy Natalie Nathan Nicholas Nicole Olivia Oscar Pamela Patricia Patrick Paul
Peter Priya Rachel Raymond Rebecca Richard Robert Rosa Ruth Ryan Samantha Samuel Sandra Sara Scott Sean Sophia
Stephanie Stephen Steven Susan Teresa Thomas Timothy Valerie Vanessa Victor Victoria Vincent Walter Wei William
"""

_LAST_NAMES = """
Adams Alvarez Anderson Bailey Baker Barnes Bell Bennett Brooks Brown Bryant Butler Campbell Carter Castillo Chang
Chavez Chen Clark Coleman Collins Cook Cooper Cox Cruz Davis Delgado Diaz Edwards Evans Fisher Flores Foster Fox
Garcia Gibson Gomez Gonzalez Graham Gray Green Griffin Gupta Hall Hamilton Harris Harrison Hayes Henderson
Hernandez Hill Howard Hughes Jackson James Jenkins Johnson Jones Jordan Kelly Kennedy Kim King Lee Lewis Lin Long
Lopez Marshall Martinez Mason McDonald Mendoza Miller Mitchell Moore Morales Morgan Morris Murphy Murray Myers
Nelson Nguyen Ortiz Owens Park Parker Patel Patterson Perez Perry Peterson Phillips Powell Price Ramirez Reed
Reyes Reynolds Richardson Rivera Roberts Robinson Rogers Ross Russell Sanchez Sanders Scott Shah Silva Simmons
Singh Smith Stevens Stewart Sullivan Taylor Thompson Torres Tran Turner Vargas Walker Wallace Ward Washington
Watson West White Williams Wilson Wong Wood Wright Wu Yang Young
"""

FIRST_NAMES = tuple(_FIRST_NAMES.split())
LAST_NAMES = tuple(_LAST_NAMES.split())

STREETS = (
    "Alder Street",
    "Bayview Avenue",
    "Birch Lane",
    "Cedar Street",
    "Chestnut Court",
    "Cypress Avenue",
    "Dogwood Drive",
    "Eucalyptus Way",
    "Filbert Street",
    "Garden Terrace",
    "Harbor Road",
    "Hawthorn Street",
    "Juniper Place",
    "Larkspur Lane",
    "Lighthouse Way",
    "Magnolia Avenue",
    "Meadow Lane",
    "Mission Terrace",
    "Orchard Street",
    "Pacific Heights Road",
    "Redwood Road",
    "Sycamore Street",
    "Vista Del Mar",
    "Willow Street",
)

CITIES = (
    ("San Francisco", ("94103", "94109", "94110", "94114", "94115", "94117", "94118", "94123", "94131"), "415"),
    ("Sausalito", ("94965",), "415"),
    ("Mill Valley", ("94941",), "415"),
    ("Oakland", ("94602", "94609", "94610", "94618"), "510"),
    ("Berkeley", ("94703", "94704", "94707"), "510"),
    ("Daly City", ("94014", "94015"), "650"),
    ("Burlingame", ("94010",), "650"),
)
"""City, its postal codes, its area code."""

BUSINESSES = (
    ("Hotel Marisol", "Hospitality"),
    ("Saltbox Restaurant", "Restaurants"),
    ("Harbor Point Law Group", "Legal"),
    ("Bayside Fitness Club", "Health"),
    ("Golden Hour Events", "Events"),
    ("Presidio Day School", "Education"),
    ("Hillcrest Inn", "Hospitality"),
    ("Lark & Finch Bistro", "Restaurants"),
    ("Redwood Dental Studio", "Health"),
    ("Twin Palms Hotel", "Hospitality"),
    ("Copper Kettle Catering", "Restaurants"),
    ("North Beach Players", "Events"),
    ("Meridian Spa", "Health"),
    ("Mariner Yacht Club", "Hospitality"),
    ("Pier 12 Tavern", "Restaurants"),
    ("Elm & Ivory Bridal", "Events"),
)
"""Name, industry."""

STAFF = ("Ana M.", "Brent L.", "Dolores V.", "Henry T.", "Jin P.", "Kayla R.", "Marcus W.", "Noor A.", "Sofia G.")
DRIVERS = ("Andre Wilkins", "Beatriz Luna", "Cal Donovan", "Dmitri Orlov", "Ellis Greer", "Farah Haddad")

REFERRAL_SOURCES = ("Website", "Friend", "Drive by", "Mailer", "Online search", "Event")
STARCH = ("None", "Light", "Medium", "Heavy")
HAND_OVER_NOTES = (
    "Please ring twice",
    "Leave with the doorman",
    'Shirts on hangers, no "crease"',
    "Allergic to scented detergent",
    "Dog in the yard: friendly",
)
