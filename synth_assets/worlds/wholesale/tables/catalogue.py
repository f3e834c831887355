"""The catalogue: products, what they are sorted by and called, and the rules of their prices."""

from __future__ import annotations

from collections.abc import Iterator

from synth_assets.model.draws import Draws
from synth_assets.model.table import Rule, camel_case
from synth_assets.worlds.wholesale import curves, names, trade
from synth_assets.worlds.wholesale.catalogue import CASES, FIRST_VENDOR, Product, unit_draws
from synth_assets.worlds.wholesale.columns import (
    CREATED_AT,
    CREATED_AT_OPTIONAL,
    UPDATED_AT,
    UPDATED_AT_OPTIONAL,
    choice,
    count,
    decimal,
    flag,
    json,
    moment,
    refers,
    row_id,
    text,
)
from synth_assets.worlds.wholesale.payable import OWNER
from synth_assets.worlds.wholesale.stock import Batch
from synth_assets.worlds.wholesale.tables.dealings import as_json, dollars, opened
from synth_assets.worlds.wholesale.tables.parties import KEY_PROFILE, STANDARD_PROFILE
from synth_assets.worlds.wholesale.tables.projection import Row, projection
from synth_assets.worlds.wholesale.year import Year

MEDIA_URL = "https://media.wholesale.example/products"
PHOTOGRAPHED_AFTER = 7_200
"""Photos are taken two hours after the first batch of a product has come."""

TAG_IDS = {name: place for place, name in enumerate((n for of in trade.TAGS.values() for n in of), start=1)}
CATEGORY_IDS = {name: place for place, name in enumerate(trade.CATEGORY_TEXTS, start=1)}
FORMS = {form.name: form for form in curves.FORMATS}


def categories(facts: Year) -> Iterator[Row]:
    """What products are sorted by."""
    at = opened(facts)
    for place, (name, description) in enumerate(trade.CATEGORY_TEXTS.items(), start=1):
        yield place, name, description, True, at, at


def subcategories(facts: Year) -> Iterator[Row]:
    """The finer sorting."""
    at = opened(facts)
    for place, (category, name) in enumerate(trade.SUBCATEGORIES, start=1):
        yield place, CATEGORY_IDS[category], name, trade.SUBCATEGORY_TEXTS[name], True, at, at


def strains(facts: Year) -> Iterator[Row]:
    """All strains and what they are called."""
    at = opened(facts)
    for place, (name, category) in enumerate(names.strains(), start=1):
        aliases, flavors, effects = trade.CHARACTERS[name]
        description = f"{category}; {' and '.join(flavors).lower()}; {' and '.join(effects).lower()}."
        yield place, name, standardized(name), ", ".join(aliases), category, description, at, at


def standardized(name: str) -> str:
    """A name as it is searched for: lower case, letters, digits and single spaces."""
    return " ".join("".join(c if c.isalnum() else " " for c in name.lower()).split())


def brand_name(grower: int) -> str:
    """The brand of a grower: its name without what it does."""
    return names.GROWERS[grower].rsplit(" ", 1)[0]


def brands(facts: Year) -> Iterator[Row]:
    """One brand a grower."""
    at = opened(facts)
    for place, grower in enumerate(names.GROWERS):
        yield place + 1, brand_name(place), FIRST_VENDOR + place, f"What {grower} grows.", at, at


def grades(facts: Year) -> Iterator[Row]:
    """Grades, the best first."""
    at = opened(facts)
    for place, (name, description) in enumerate(trade.GRADES, start=1):
        yield place, name, description, place, True, at, at


def tags(facts: Year) -> Iterator[Row]:
    """Tags by what they are about."""
    at = opened(facts)
    about = {"strain_type": "Kind of strain", "flavor": "Taste", "effect": "Effect", "grow_type": "Grown"}
    for category, members in trade.TAGS.items():
        for name in members:
            wider = trade.TAG_PARENTS.get(name)
            covers = f", which covers {', '.join(wider).lower()}" if wider else ""
            description = f"{about[category]}: {name.lower()}{covers}."
            yield TAG_IDS[name], name, standardized(name), category, description, at, at


def tag_groups(facts: Year) -> Iterator[Row]:
    """Tags that are shown together."""
    at = opened(facts)
    for place, group in enumerate(trade.TAG_GROUPS, start=1):
        yield place, group.name, group.description, group.color, group.user, at, at


def tag_group_members(facts: Year) -> Iterator[Row]:
    """The tags of each group."""
    at = opened(facts)
    pairs = [(place, tag) for place, group in enumerate(trade.TAG_GROUPS, start=1) for tag in group.tags]
    for number, (place, tag) in enumerate(pairs, start=1):
        yield number, place, TAG_IDS[tag], at


def tag_hierarchy(facts: Year) -> Iterator[Row]:
    """Which tag is a wider word for which."""
    at = opened(facts)
    pairs = [(parent, child) for parent, children in trade.TAG_PARENTS.items() for child in children]
    for number, (parent, child) in enumerate(pairs, start=1):
        yield number, TAG_IDS[parent], TAG_IDS[child], at


def products(facts: Year) -> Iterator[Row]:
    """The products as the books know them."""
    at = opened(facts)
    for product in facts.products:
        yield (
            product.id, product.grower + 1, product.strain or None, product.name, product.category,
            product.subcategory, product.unit, _described(product), at, at,
        )  # fmt: skip


def _described(product: Product) -> str:
    """A product in a sentence."""
    price = dollars(product.price_cents)
    brand = brand_name(product.grower)
    if product.tier != CASES:
        flower = f"{product.subcategory} flower of grade {product.grade}"
        return f"{flower} by {brand}, {price} a pound before discounts."
    form = form_of(product)
    return f"{form.name} by {brand}, a case of {form.units}, {price} a case before discounts."


def strain_of(product: Product) -> str:
    """The name of a product's strain."""
    return names.strains()[product.strain - 1].name


def form_of(product: Product) -> curves.Format:
    """What a product is that is not flower."""
    return next(form for name, form in FORMS.items() if product.name.endswith(name))


def product_synonyms(facts: Year, draws: Draws) -> Iterator[Row]:
    """Two or three names for each product that people use on the telephone, no name for two products."""
    at = opened(facts)
    known = names.strains()
    drawn = unit_draws(draws, "synonyms", len(facts.products))
    used: set[str] = set()
    words: tuple[str, ...]
    number = 0
    for product, (one, two, three, many) in zip(facts.products, drawn, strict=True):
        strain = known[product.strain - 1].name
        aliases = trade.CHARACTERS[strain].aliases
        if product.tier == CASES:
            kind, words = "", trade.FORM_WORDS[form_of(product).name]
        else:
            kind = product.name.removeprefix(strain).removesuffix(product.subcategory).strip().lower()
            words = trade.TIER_WORDS[product.tier]
        said = [
            (aliases[0], words[0]),
            (aliases[int(one * len(aliases))], words[int(two * len(words))]),
            (strain, words[int(three * len(words))]),
        ]
        for name, word in said[: 2 + (many < 0.6)] if product.tier != CASES else said:
            synonym = " ".join(filter(None, (name, kind, word)))
            if synonym.lower() not in used:
                used.add(synonym.lower())
                number += 1
                yield number, product.id, synonym, at


def product_tags(facts: Year) -> Iterator[Row]:
    """Each product's kind of strain, way of growing, tastes and effects."""
    at = opened(facts)
    known = names.strains()
    number = 0
    for product in facts.products:
        name, category = known[product.strain - 1]
        _, flavors, effects = trade.CHARACTERS[name]
        grown = () if product.tier == CASES else (product.subcategory,)
        for tag in (category, *grown, *flavors, *effects):
            number += 1
            yield number, product.id, TAG_IDS[tag], at


def product_media(facts: Year, draws: Draws) -> Iterator[Row]:
    """Photos and a lab report of each product that has come in, made when its first batch had."""
    drawn = unit_draws(draws, "media", len(facts.products) + 1)
    number = 0
    for batch in _first_batches(facts):
        product = batch.product
        receiver = facts.sessions[batch.session - 1].receiver
        slug = standardized(product.name).replace(" ", "-")
        photo, close, report, _ = drawn[product.id]
        files = [(f"{slug}-front.jpg", "image", 900_000 + int(photo * 2_600_000))]
        if product.tier != CASES:
            files.append((f"{slug}-macro.jpg", "image", 1_500_000 + int(close * 4_000_000)))
        files.append((f"{slug}-lab-report.pdf", "document", 120_000 + int(report * 380_000)))
        at = facts.seconds(batch.day, batch.second + PHOTOGRAPHED_AFTER)
        for filename, kind, size in files:
            number += 1
            url = f"{MEDIA_URL}/{product.id}/{filename}"
            yield number, product.id, url, kind, filename, size, receiver, at


def _first_batches(facts: Year) -> list[Batch]:
    """The first batch of each product that has come in, in time."""
    first: dict[int, Batch] = {}
    for batch in facts.batches:
        first.setdefault(batch.product.id, batch)
    return sorted(first.values(), key=lambda batch: (batch.day, batch.second, batch.id))


def pricing_rules(facts: Year) -> Iterator[Row]:
    """The rules that every price follows: one for each size of an order, and one for key accounts."""
    at = opened(facts)
    smallest_first = sorted(curves.VOLUME_RULES)
    more = [least // 100 for least, _ in smallest_first[1:]]
    for place, (least, percent) in enumerate(smallest_first):
        pounds = least // 100
        conditions = {"category": "Flower", "orderPoundsMin": pounds}
        said = f"{pounds} lb or more"
        if place < len(more):
            conditions["orderPoundsBelow"] = more[place]
            said = f"{pounds} lb to less than {more[place]} lb"
        yield (
            place + 1, f"Volume {pounds} lb",
            f"{percent} % off flower when the order has {said} of flower. Percentages of rules that apply "
            "add up, and the price is rounded to whole dollars.",
            "PERCENT_MARKDOWN", float(percent), as_json(conditions), "AND", place + 1, True, at, at,
        )  # fmt: skip
    percent = curves.KEY_ACCOUNT_PERCENT
    yield (
        len(smallest_first) + 1, "Key account",
        f"{percent} % off everything for whales, added to the percentage of a volume rule.",
        "PERCENT_MARKDOWN", float(percent), as_json({"clientTag": "whale"}), "AND", 10, True, at, at,
    )  # fmt: skip


def pricing_profiles(facts: Year) -> Iterator[Row]:
    """Which rules clients have."""
    at = opened(facts)
    volume = [{"ruleId": rule, "priority": rule} for rule in range(1, len(curves.VOLUME_RULES) + 1)]
    key = [*volume, {"ruleId": len(volume) + 1, "priority": 10}]
    yield (
        STANDARD_PROFILE, "Standard wholesale", "Volume discounts on flower for regular clients.",
        as_json(volume), OWNER, at, at,
    )  # fmt: skip
    yield (
        KEY_PROFILE, "Key account", "Volume discounts on flower and the key-account discount for whales.",
        as_json(key), OWNER, at, at,
    )  # fmt: skip


def cogs_rules(facts: Year) -> Iterator[Row]:
    """Rules for the cost of batches whose cost is a range: there are none, so that no rule applies."""
    at = opened(facts)
    rules = (
        ("Small orders at the high end", "Cost at the top of the range for less than 5 lb.",
         "QUANTITY", "LT", 5.0, "USE_MAX", None, 1, True),
        ("Large orders at the low end", "Cost at the bottom of the range from 20 lb on.",
         "QUANTITY", "GTE", 20.0, "USE_MIN", None, 2, True),
        ("Key-account cost share", "Half of the key-account discount is asked of the grower; never agreed.",
         "CLIENT_TIER", "EQ", 1.0, "PERCENTAGE", 1.0, 3, False),
        ("Freight on big tickets", "Ten dollars a pound for freight on orders above $50,000.00; given up.",
         "TOTAL_VALUE", "GT", 50_000.0, "FIXED_AMOUNT", 10.0, 4, False),
    )  # fmt: skip
    for place, rule in enumerate(rules, start=1):
        yield place, *rule, at, at


CATEGORIES = projection(
    "categories",
    "One category of products.",
    (
        row_id("category_id", "Category."),
        text("name", "Name, as products have it.", "varchar(100)", is_unique=True),
        text("description", "What belongs to it.", nullable=True),
        flag("is_active", "Whether products may be given it.", "int", "1"),
        CREATED_AT,
        UPDATED_AT,
    ),
    categories,
    "products",
    naming=camel_case,
)

SUBCATEGORIES = projection(
    "subcategories",
    "One part of a category.",
    (
        row_id("subcategory_id", "Subcategory."),
        refers("categories", "category_id", "The category."),
        text("name", "Name, as products have it.", "varchar(100)"),
        text("description", "What belongs to it.", nullable=True),
        flag("is_active", "Whether products may be given it.", "int", "1"),
        CREATED_AT,
        UPDATED_AT,
    ),
    subcategories,
    "products",
    naming=camel_case,
)

STRAINS = projection(
    "strains",
    "One strain of cannabis.",
    (
        row_id("strain_id", "Strain."),
        text("name", "Name.", "varchar(255)", is_unique=True),
        text("standardized_name", "Name in lower case, without signs.", "varchar(255)"),
        text("aliases", "Other names, separated by commas.", nullable=True),
        choice("category", ("Indica", "Sativa", "Hybrid"), "Kind of strain.", "varchar(50)", nullable=True),
        text("description", "Kind, tastes and effects.", nullable=True),
        CREATED_AT,
        UPDATED_AT,
    ),
    strains,
    "products",
    naming=camel_case,
)

BRANDS = projection(
    "brands",
    "One brand of a grower.",
    (
        row_id("brand_id", "Brand."),
        text("name", "Name.", "varchar(255)"),
        refers("vendors", "vendor_id", "The grower.", nullable=True),
        text("description", "What is sold under it.", nullable=True),
        CREATED_AT,
        UPDATED_AT,
    ),
    brands,
    "products",
    naming=camel_case,
)

GRADES = projection(
    "grades",
    "One grade of flower.",
    (
        row_id("grade_id", "Grade."),
        text("name", "Name.", "varchar(50)", is_unique=True),
        text("description", "What is expected of it.", nullable=True),
        count("sort_order", "Place in lists, the best first.", "0", nullable=True),
        flag("is_active", "Whether batches may be given it.", "int", "1"),
        CREATED_AT,
        UPDATED_AT,
    ),
    grades,
    "pricing",
    naming=camel_case,
)

TAGS = projection(
    "tags",
    "One tag of products.",
    (
        row_id("tag_id", "Tag."),
        text("name", "Name.", "varchar(100)", is_unique=True),
        text("standardized_name", "Name in lower case, without signs.", "varchar(100)"),
        choice("category", tuple(trade.TAGS), "What it is about.", "varchar(50)", nullable=True),
        text("description", "What it says of a product.", nullable=True),
        CREATED_AT,
        UPDATED_AT,
    ),
    tags,
    "tags",
    naming=camel_case,
)

TAG_GROUPS = projection(
    "tag_groups",
    "One group of tags that are shown together.",
    (
        row_id("tag_group_id", "Group."),
        text("name", "Name.", "varchar(100)"),
        text("description", "What it is for.", nullable=True),
        text("color", "Color on the screen, as #RRGGBB.", "varchar(7)", nullable=True),
        refers("users", "created_by_id", "Who made it.", "createdBy"),
        CREATED_AT,
        UPDATED_AT,
    ),
    tag_groups,
    "tags",
    physical="tagGroups",
    naming=camel_case,
)

TAG_GROUP_MEMBERS = projection(
    "tag_group_members",
    "One tag of a group.",
    (
        row_id("tag_group_member_id", "Membership."),
        refers("tag_groups", "group_id", "The group."),
        refers("tags", "tag_id", "The tag."),
        CREATED_AT,
    ),
    tag_group_members,
    "tags",
    physical="tagGroupMembers",
    naming=camel_case,
)

TAG_HIERARCHY = projection(
    "tag_hierarchy",
    "One tag that is a wider word for another.",
    (
        row_id("tag_hierarchy_id", "Pair of tags."),
        refers("tags", "parent_tag_id", "The wider word."),
        refers("tags", "child_tag_id", "The narrower word."),
        CREATED_AT,
    ),
    tag_hierarchy,
    "tags",
    physical="tagHierarchy",
    naming=camel_case,
    rules=(Rule("no tag is wider than itself", "parent_tag_id <> child_tag_id"),),
)

PRODUCTS = projection(
    "products",
    "One product, of one grower.",
    (
        row_id("product_id", "Product."),
        refers("brands", "brand_id", "Brand of the grower that brings it."),
        refers("strains", "strain_id", "The strain that it is or is made of.", nullable=True),
        text("name_canonical", "Name: strain, kind and way of growing or form.", "varchar(500)"),
        text("category", "Name of its category.", "varchar(100)"),
        text("subcategory", "Name of its subcategory.", "varchar(100)", nullable=True),
        choice("uom_sellable", ("LB", "CASE", "EA"), "What it is sold by.", "varchar(20)", "EA"),
        text("description", "Grade, brand and list price.", nullable=True),
        CREATED_AT,
        UPDATED_AT,
    ),
    products,
    "products",
    naming=camel_case,
)

PRODUCT_SYNONYMS = projection(
    "product_synonyms",
    "One thing that people call a product.",
    (
        row_id("product_synonym_id", "Synonym."),
        refers("products", "product_id", "The product."),
        text("synonym", "What it is called; of no other product.", "varchar(500)"),
        CREATED_AT,
    ),
    product_synonyms,
    "products",
    physical="productSynonyms",
    naming=camel_case,
)

PRODUCT_TAGS = projection(
    "product_tags",
    "One tag of a product.",
    (
        row_id("product_tag_id", "Pair of product and tag."),
        refers("products", "product_id", "The product."),
        refers("tags", "tag_id", "Kind of strain, way of growing, taste or effect."),
        CREATED_AT,
    ),
    product_tags,
    "tags",
    physical="productTags",
    naming=camel_case,
)

PRODUCT_MEDIA = projection(
    "product_media",
    "One file about a product.",
    (
        row_id("product_media_id", "File."),
        refers("products", "product_id", "The product."),
        text("url", "Where it lies.", "varchar(1000)"),
        choice("type", ("image", "document"), "A photo or a lab report.", "varchar(50)"),
        text("filename", "Name of the file.", "varchar(255)"),
        count("size", "How large it is.", minimum=1, unit="bytes", nullable=True),
        refers("users", "uploaded_by_id", "Who received the first batch.", "uploadedBy"),
        moment("created_at", "When it was uploaded, two hours after the first batch came.", "now"),
    ),
    product_media,
    "products",
    physical="productMedia",
    naming=camel_case,
)

PRICING_RULES = projection(
    "pricing_rules",
    "One rule of how a price differs from the list price.",
    (
        row_id("pricing_rule_id", "Rule."),
        text("name", "Name.", "varchar(255)"),
        text("description", "What it says.", nullable=True),
        choice(
            "adjustment_type",
            ("PERCENT_MARKUP", "PERCENT_MARKDOWN", "DOLLAR_MARKUP", "DOLLAR_MARKDOWN"),
            "How it changes the price.",
        ),
        decimal("adjustment_value", "By how many per cent; those of several rules add up.", "decimal(10,2)"),
        json("conditions", "Category and pounds of flower in the order, or the client's tag."),
        choice("logic_type", ("AND", "OR"), "Whether all must hold.", default="AND", nullable=True),
        count("priority", "Place among rules, the highest first.", "0", nullable=True),
        flag("is_active", "Whether it is used.", default="true", nullable=True),
        CREATED_AT_OPTIONAL,
        UPDATED_AT_OPTIONAL,
    ),
    pricing_rules,
    "pricing",
)

PRICING_PROFILES = projection(
    "pricing_profiles",
    "One set of price rules that clients are given.",
    (
        row_id("pricing_profile_id", "Profile."),
        text("name", "Name.", "varchar(255)"),
        text("description", "Whom it is for.", nullable=True),
        json("rules", "Its price rules, each with ruleId and priority."),
        refers("users", "created_by_id", "Who made it.", "created_by", nullable=True),
        CREATED_AT_OPTIONAL,
        UPDATED_AT_OPTIONAL,
    ),
    pricing_profiles,
    "workspace",
)

COGS_RULES = projection(
    "cogs_rules",
    "One rule for the cost of batches whose cost is a range; every cost is fixed, so that none applies.",
    (
        row_id("cogs_rule_id", "Rule."),
        text("name", "Name.", "varchar(255)"),
        text("description", "What it says.", nullable=True),
        choice(
            "condition_field",
            ("QUANTITY", "TOTAL_VALUE", "CLIENT_TIER", "PAYMENT_TERMS"),
            "What it looks at: pounds, dollars, or 1 for whales.",
            nullable=True,
        ),
        choice("condition_operator", ("GT", "GTE", "LT", "LTE", "EQ"), "How it compares.", nullable=True),
        decimal("condition_value", "With what it compares.", "decimal(15,4)", nullable=True),
        choice(
            "adjustment_type",
            ("PERCENTAGE", "FIXED_AMOUNT", "USE_MIN", "USE_MAX"),
            "How it changes the cost, or which end of the range it takes.",
            nullable=True,
        ),
        decimal(
            "adjustment_value", "By how much; empty for an end of the range.", "decimal(10,4)", nullable=True
        ),
        count("priority", "Place among rules, the highest first.", "0", nullable=True),
        flag("is_active", "Whether it is looked at.", default="true", nullable=True),
        CREATED_AT_OPTIONAL,
        UPDATED_AT_OPTIONAL,
    ),
    cogs_rules,
    "pricing",
)

TABLES = (
    CATEGORIES, SUBCATEGORIES, STRAINS, BRANDS, GRADES, TAGS, TAG_GROUPS, TAG_GROUP_MEMBERS, TAG_HIERARCHY,
    PRODUCTS, PRODUCT_SYNONYMS, PRODUCT_TAGS, PRODUCT_MEDIA, PRICING_RULES, PRICING_PROFILES, COGS_RULES,
)  # fmt: skip
