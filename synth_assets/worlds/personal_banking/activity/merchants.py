"""Who is paid and who pays: brands by stream, and how bank feeds spell them.

[S] secondary source, [D] design choice. Brands are household names; employers and small shops are nobody's.
"""

from __future__ import annotations

GROCERS = (
    "Whole Foods", "Safeway", "Trader Joe's", "Kroger", "Albertsons", "Aldi", "Publix", "Sprouts", "H-E-B",
    "Wegmans", "Fred Meyer", "Jewel-Osco", "Cub Foods",
)  # fmt: skip
STATIONS = (
    "Shell", "Chevron", "BP", "Exxon", "Mobil", "Arco", "Valero", "Circle K", "Sunoco", "Marathon",
    "Union 76",
)  # fmt: skip
MARKETPLACES = (
    "Amazon", "eBay", "Etsy", "Best Buy", "Temu", "Chewy", "Zappos", "Newegg", "Nordstrom", "Gap",
)  # fmt: skip
SUPERSTORES = (
    "Target", "Walmart", "Costco", "BJ's Wholesale", "Kohl's", "Sam's Club", "Meijer", "Old Navy",
    "Dollar General", "Macy's",
)  # fmt: skip
PHARMACIES = ("CVS", "Walgreens", "Duane Reade", "Quest Diagnostics", "Kaiser Permanente", "Aspen Dental")
AIRLINES = ("Delta", "United", "American Airlines", "Southwest", "JetBlue", "Alaska Air")
HARDWARE = (
    "Home Depot", "Lowe's", "Wayfair", "Ace Hardware", "Menards", "Ikea", "True Value", "Harbor Freight",
)  # fmt: skip
RIDES = (
    "Uber", "ParkMobile", "Token Transit", "Lyft", "SpotHero", "Amtrak", "Curb", "ParkWhiz", "Greyhound",
    "Yellow Cab", "LAZ Parking", "FlixBus",
)  # fmt: skip
FAST_FOOD = (
    "McDonald's", "Chick-fil-A", "Taco Bell", "Wendy's", "Burger King", "Chipotle", "Subway", "Panda Express",
    "KFC", "Popeyes", "Five Guys", "In-N-Out",
)  # fmt: skip

_FIRST = (
    "Marios", "Blue Door", "Golden Wok", "La Palma", "Corner", "Harbor", "Old Mill", "Sunrise", "Red Lantern",
    "Juniper", "Little Lisbon", "Saffron", "Copper Pot", "Maple", "Tres Amigos", "Bluebird", "Smokehouse 9",
    "Kyoto", "Olive Branch", "Ninth Street", "Green Bowl", "Pepper Tree", "Seaside", "Crescent", "Ember",
    "Rustic Fork", "Lucky Dragon", "Paloma", "Brick Lane", "Willow", "Daily Bread", "Fig & Honey", "Union",
    "Sakura", "Casa Lupe", "Wild Sage", "Lakeview", "Nonna", "Pho 79", "Bay Leaf", "Cedar", "Granada",
    "Station", "Orchard",
)  # fmt: skip
_KINDS = ("Grill", "Kitchen", "Bistro", "Tavern", "Cantina")
_LOCAL_RESTAURANTS = tuple(f"{_FIRST[i % 44]} {_KINDS[i % 5]}" for i in range(5 * 44))  # neighbours differ
_LOCAL_CAFES = tuple(f"{first} {kind}" for kind in ("Coffee", "Roasters") for first in _FIRST)
_LOCAL_VENUES = tuple(f"{_FIRST[i % 20]} {('Cinema', 'Arena')[(i + i // 20) % 2]}" for i in range(40))
_LOCAL_SALONS = tuple(f"{_FIRST[i % 44]} {('Barbers', 'Hair')[(i + i // 44) % 2]}" for i in range(88))
LOCAL = frozenset(_LOCAL_RESTAURANTS + _LOCAL_CAFES + _LOCAL_VENUES + _LOCAL_SALONS)
"""Small shops, of one city each."""

RESTAURANTS = (
    *_LOCAL_RESTAURANTS, "Olive Garden", "Applebee's", "Chili's", "Texas Roadhouse", "IHOP", "Denny's",
    "Outback Steakhouse", "Cheesecake Factory", "Red Robin", "Buffalo Wild Wings", "P.F. Chang's",
    "Cracker Barrel", "Red Lobster", "California Pizza Kitchen",
)  # fmt: skip
CAFES = (*_LOCAL_CAFES, "Starbucks", "Dunkin'", "Peet's", "Caribou", "Dutch Bros")
VENUES = (*_LOCAL_VENUES, "AMC Theatres", "Regal Cinemas", "Cinemark", "Dave & Buster's", "Topgolf")
SALONS = (*_LOCAL_SALONS, "Supercuts", "Great Clips", "Ulta", "Sephora", "Sally Beauty", "Fantastic Sams")
HOTELS = ("Marriott", "Hilton", "Hyatt", "Holiday Inn", "Hampton Inn", "Best Western", "Airbnb")
"""Chains beside invented small shops, so that whoever knows the chains knows about half of the visits [D]."""

LONGEST_FEED = 25
"""Characters of a merchant's string in a card feed, before the city [S transactionlookup.com]."""

PREFIXES = {"coffee": "SQ *", "restaurants": "TST* "}
"""Terminals of small shops write their own name first [S mybankstatementanalysis.com]."""

ONLINE = ("Wayfair", "Airbnb")
"""Brands of a stream of shops that are a website."""

DETAILED = {
    "GENERAL_MERCHANDISE_ELECTRONICS": ("Best Buy", "Newegg"),
    "GENERAL_MERCHANDISE_PET_SUPPLIES": ("Chewy",),
    "GENERAL_MERCHANDISE_CLOTHING_AND_ACCESSORIES": ("Zappos", "Gap", "Old Navy"),
    "GENERAL_MERCHANDISE_DEPARTMENT_STORES": ("Nordstrom", "Kohl's", "Macy's"),
    "GENERAL_MERCHANDISE_DISCOUNT_STORES": ("Dollar General",),
    "HOME_IMPROVEMENT_FURNITURE": ("Wayfair", "Ikea"),
    "MEDICAL_OTHER_MEDICAL": ("Quest Diagnostics",),
    "MEDICAL_PRIMARY_CARE": ("Kaiser Permanente",),
    "MEDICAL_DENTAL_CARE": ("Aspen Dental",),
    "TRANSPORTATION_PARKING": ("ParkMobile", "SpotHero", "ParkWhiz", "LAZ Parking"),
    "TRANSPORTATION_PUBLIC_TRANSIT": ("Token Transit", "Amtrak", "Greyhound", "FlixBus"),
    "ENTERTAINMENT_TV_AND_MOVIES": (
        *(name for name in VENUES if name.endswith(" Cinema")),
        "AMC Theatres",
        "Regal Cinemas",
        "Cinemark",
    ),
}
"""Plaid's detailed category of brands that is not their stream's, as Plaid describes it: laboratories are
other medical, furniture is home improvement [K plaid.com/documents/pfc-taxonomy-all.csv]."""

FEEDS = {
    "Whole Foods": "WHOLEFDS MKT #####",
    "Trader Joe's": "TRADER JOE S ####",
    "Costco": "COSTCO WHSE ####",
    "Shell": "SHELL OIL 57444######",
    "Chevron": "CHEVRON 009####",
    "Union 76": "UNION 76 1######",
    "Exxon": "EXXON ########",
    "Amazon": "AMZN MKTP US*2K####",
    "eBay": "PAYPAL *EBAY",
    "Etsy": "ETSY.COM*ORDER ####",
    "Best Buy": "BESTBUYCOM80#########",
    "Wayfair": "WAYFAIR*ORDER ######",
    "Chewy": "CHEWY.COM",
    "Zappos": "ZAPPOS.COM ####",
    "Target": "TARGET 000#####",
    "Walmart": "WM SUPERCENTER ####",
    "Sam's Club": "SAMSCLUB ####",
    "CVS": "CVS/PHARMACY 0####",
    "Uber": "UBER   TRIP HELP.UBER.COM",
    "Lyft": "LYFT *RIDE ####",
    "Netflix": "NETFLIX.COM",
    "Spotify": "Spotify USA",
    "Apple": "APPLE.COM/BILL",
    "YouTube Premium": "GOOGLE *YouTubePremium",
    "New York Times": "NYTimes*NYTimes Disc",
    "Planet Fitness": "PLANET FIT ####",
    "Home Depot": "THE HOME DEPOT ####",
    "Delta": "DELTA AIR 006########",
    "United": "UNITED 016########",
    "Hulu": "HLU*HULU ########",
    "Disney+": "DISNEYPLUS",
    "Max": "HBOMAX*HELP.HBOMAX.COM",
    "Amazon Prime": "AMAZON PRIME*2K####",
    "ChatGPT": "OPENAI *CHATGPT SUBSCR",
}
"""As bank feeds show them, `#` for a digit [S transactionlookup.com, mybankstatementanalysis.com]."""

_EMPLOYERS = (
    "ACME CORP", "HARBOR FOODS", "NORTHWIND LOG", "BLUEPEAK HEALTH", "SUMMIT SCHOOLS", "RIVERBEND MFG",
    "CITY OF LAKESHORE", "ORCHARD DENTAL", "PINE STATE UNIV", "COPPERLINE ENG", "MERIDIAN HOTELS",
    "TALLGRASS LAW", "IRONWOOD STEEL", "BRIGHTSIDE CARE", "FOUNDRY SOFTWARE", "EVERGREEN AUTO",
    "KEYSTONE FREIGHT", "OLDTOWN BAKERY", "CASCADE CLINIC", "SILVERLINE MEDIA", "GRANITE BUILDERS",
    "BEACON RETAIL", "PRAIRIE AGRI", "TIDEWATER ELECTRIC",
)  # fmt: skip
_PAYROLLS = (
    "{} DIRECT DEP PPD ID: 9#########", "ADP TOTALSOURCE {} PAYROLL", "PAYCHEX EIB {} PAYROLL",
    "GUSTO {} PAY ######", "{} PAYROLL PPD", "INTUIT PAYROLL {}",
)  # fmt: skip

PAYERS = {
    "payroll": tuple(name.title() for name in _EMPLOYERS),
    "gig": ("Gusto", "Upwork", "Stripe", "Square"),
}
"""Clean names of who pays, in order of their strings in `PROVIDERS`."""

BANKS = (
    "Harborline", "Summit Valley", "Great Plains", "Copperfield", "Lakeshore", "Northgate", "Redwood Mutual",
    "Blue Ridge", "Prairie State", "Old Colony", "Silver Creek", "Tidewater", "Granite Peak", "Sunbelt",
    "Cascade Union", "Heritage Trust",
)  # fmt: skip
"""Where accounts are held and loans are owed; no bank of these names is meant."""

PROVIDERS = {
    "payroll": tuple(_PAYROLLS[i % len(_PAYROLLS)].format(name) for i, name in enumerate(_EMPLOYERS)),
    "gig": (
        "GUSTO PAY ######", "UPWORK ESCROW INC EDI PAYMTS", "STRIPE TRANSFER ST-#######",
        "SQUARE INC DEPOSIT",
    ),
    "rent": ("ONLINE RENT PAYMENT ####", "Zelle payment to LANDLORD", "CHECK ####"),
    "utilities": (
        "CITY OF AUSTIN UTIL", "XCEL ENERGY CO WEB PYMT", "SEATTLE CITY LIGHT", "PG&E WEB ONLINE",
        "PORTLAND GENERAL ELEC", "APS ELECTRIC PMT", "COMED BILL PAYMENT", "GEORGIA POWER BILL PAY",
        "EVERSOURCE WEB PAY", "CON ED OF NY BILL PYMT", "FPL DIRECT DEBIT", "SDG&E WEB PAY",
        "XCEL ENERGY MN WEB PYMT", "DUKE ENERGY BILL PAY", "AEP OHIO WEB PAY", "BGE BILL PAYMENT",
    ),
    "internet": (
        "COMCAST CABLE COMM", "SPECTRUM BILL PAY", "ATT*BILL PAYMENT", "VERIZON*FIOS PYMT", "COX COMM BILL",
    ),
    "insurance": ("GEICO *AUTO", "PROGRESSIVE INS PREM", "STATE FARM RO 27", "ALLSTATE INS CO PMT"),
    "health": ("BCBS PREMIUM PYMT", "UHC HEALTH PLAN DUES", "AETNA PREMIUM", "CIGNA HLTH PLAN WEB"),
    "mortgage": tuple(f"{bank.upper()} MORTGAGE" for bank in BANKS),
    "student_loan": tuple(f"{bank.upper()} STUDENT LN" for bank in BANKS),
    "personal_loan": tuple(f"{bank.upper()} PERSONAL LN" for bank in BANKS),
    "water": ("CITY WATER DEPT", "WATER UTILITY WEB PAY", "MUNICIPAL WATER BILL"),
    "telephone": (
        "VZWRLSS*APOCC VISB", "T-MOBILE*AUTO PAY", "ATT MOBILITY PYMT", "MINT MOBILE", "US CELLULAR WEB",
    ),
    "car": tuple(f"{bank.upper()} AUTO LOAN" for bank in BANKS),
}  # fmt: skip
"""Who is behind a bill or a paycheck, by kind; utilities in order of `places.METROS`, lenders in
order of `BANKS` [D]."""
