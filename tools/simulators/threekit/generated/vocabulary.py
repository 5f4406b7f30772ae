"""What generated items are called and made of, in English, German and French. No word needs escaping in JSON."""

from dataclasses import dataclass

from simulators.threekit.seed import ids

LOCALES = ("de-DE", "fr-FR")
WORDS = (
    "Alder", "Finch", "Harvest", "Ladder", "Quill", "Heron", "Nest", "Meadow", "Pebble", "Bramble", "Cove", "Dune",
    "Ember", "Fjord", "Grove", "Hazel", "Isle", "Juniper", "Kestrel", "Larch", "Moor", "Nettle", "Osier", "Plover",
)  # fmt: skip
BRANDS = ("Alder & Finch", "Nordlicht", "Maison Saule", "Hinoki")
REGIONS = ("EMEA", "AMER", "APAC")

Names = tuple[str, str, str]


@dataclass(frozen=True)
class Category:
    """A fifth of the items: what they are called, and the attributes they may have.

    ``tagged`` is an attribute whose options are the bearers of a tag, ``listed`` one that names options of a family by
    their ids, ``texts`` a String attribute and its values, ``span`` a Number attribute and its least, most and step.
    """

    tag: str
    code: str
    nouns: tuple[Names, ...]
    tagged: tuple[str, str]
    listed: tuple[str, str]
    texts: tuple[str, tuple[str, ...]]
    span: tuple[str, int, int, int]


CATEGORIES = (
    Category(
        ids.TAG_SEATING,
        "SEA",
        (
            ("Sofa", "Sofa", "Canapé"),
            ("Armchair", "Sessel", "Fauteuil"),
            ("Chair", "Stuhl", "Chaise"),
            ("Bench", "Bank", "Banc"),
        ),
        ("Fabric", "fabric"),
        ("Legs", "wood"),
        ("Seats", ("1 seat", "2 seats", "3 seats")),
        ("Seat height in cm", 40, 52, 2),
    ),
    Category(
        ids.TAG_TABLES,
        "TAB",
        (("Table", "Tisch", "Table"), ("Desk", "Schreibtisch", "Bureau"), ("Console", "Konsole", "Console")),
        ("Wood", "wood"),
        ("Edge", "metal"),
        ("Shape", ("Round", "Oval", "Square")),
        ("Length in cm", 80, 280, 20),
    ),
    Category(
        ids.TAG_STORAGE,
        "STO",
        (("Shelf", "Regal", "Étagère"), ("Sideboard", "Sideboard", "Buffet"), ("Chest", "Truhe", "Coffre")),
        ("Wood", "wood"),
        ("Handles", "metal"),
        ("Doors", ("Hinged doors", "Sliding doors", "No doors")),
        ("Boards", 2, 8, 1),
    ),
    Category(
        ids.TAG_LIGHTING,
        "LIG",
        (
            ("Lamp", "Leuchte", "Lampe"),
            ("Pendant", "Pendelleuchte", "Suspension"),
            ("Sconce", "Wandleuchte", "Applique"),
        ),
        ("Metal", "metal"),
        ("Shade", "fabric"),
        ("Light colour", ("Warm white", "Neutral white", "Daylight white")),
        ("Cable length in cm", 100, 300, 50),
    ),
    Category(
        ids.TAG_BEDROOM,
        "BED",
        (("Bed", "Bett", "Lit"), ("Daybed", "Tagesbett", "Banquette"), ("Nightstand", "Nachttisch", "Chevet")),
        ("Fabric", "fabric"),
        ("Frame", "wood"),
        ("Width", ("140 cm", "160 cm", "180 cm")),
        ("Headboard height in cm", 60, 120, 10),
    ),
)  # fmt: skip

SHARED: tuple[Names, ...] = (
    ("Fabric", "Bezug", "Tissu"),
    ("Wood", "Holz", "Bois"),
    ("Metal", "Metall", "Métal"),
    ("Legs", "Beine", "Pieds"),
    ("Edge", "Kante", "Chant"),
    ("Handles", "Griffe", "Poignées"),
    ("Shade", "Schirm", "Abat-jour"),
    ("Frame", "Gestell", "Cadre"),
    ("Care", "Pflege", "Entretien"),
    ("Pricing", "Preis", "Prix"),
    ("Seats", "Sitze", "Places"),
    ("1 seat", "1 Sitz", "1 place"),
    ("2 seats", "2 Sitze", "2 places"),
    ("3 seats", "3 Sitze", "3 places"),
    ("Seat height in cm", "Sitzhöhe in cm", "Hauteur du siège en cm"),
    ("Shape", "Form", "Forme"),
    ("Round", "Rund", "Rond"),
    ("Oval", "Oval", "Ovale"),
    ("Square", "Quadratisch", "Carré"),
    ("Length in cm", "Länge in cm", "Longueur en cm"),
    ("Doors", "Türen", "Portes"),
    ("Hinged doors", "Drehtüren", "Portes battantes"),
    ("Sliding doors", "Schiebetüren", "Portes coulissantes"),
    ("No doors", "Ohne Türen", "Sans portes"),
    ("Boards", "Böden", "Tablettes"),
    ("Light colour", "Lichtfarbe", "Couleur de lumière"),
    ("Warm white", "Warmweiß", "Blanc chaud"),
    ("Neutral white", "Neutralweiß", "Blanc neutre"),
    ("Daylight white", "Tageslichtweiß", "Blanc lumière du jour"),
    ("Cable length in cm", "Kabellänge in cm", "Longueur du câble en cm"),
    ("Width", "Breite", "Largeur"),
    ("140 cm", "140 cm", "140 cm"),
    ("160 cm", "160 cm", "160 cm"),
    ("180 cm", "180 cm", "180 cm"),
    ("Headboard height in cm", "Höhe des Kopfteils in cm", "Hauteur de la tête de lit en cm"),
)

# A family of options is every first word with every second one.
_FAMILIES: dict[str, tuple[tuple[Names, ...], tuple[Names, ...]]] = {
    "fabric": (
        (
            ("Bouclé", "Bouclé", "Bouclette"), ("Wool", "Wolle", "Laine"), ("Velvet", "Samt", "Velours"),
            ("Leather", "Leder", "Cuir"), ("Linen", "Leinen", "Lin"), ("Cotton", "Baumwolle", "Coton"),
            ("Felt", "Filz", "Feutre"), ("Corduroy", "Cord", "Côtelé"),
        ),
        (
            ("Sand", "Sand", "sable"), ("Moss", "Moos", "mousse"), ("Navy", "Marine", "marine"),
            ("Cognac", "Cognac", "cognac"), ("Rust", "Rost", "rouille"), ("Chalk", "Kreide", "craie"),
            ("Slate", "Schiefer", "ardoise"), ("Plum", "Pflaume", "prune"), ("Sage", "Salbei", "sauge"),
            ("Honey", "Honig", "miel"),
        ),
    ),
    "wood": (
        (
            ("Oak", "Eiche", "Chêne"), ("Walnut", "Nussbaum", "Noyer"), ("Ash", "Esche", "Frêne"),
            ("Beech", "Buche", "Hêtre"), ("Cherry", "Kirschbaum", "Merisier"), ("Maple", "Ahorn", "Érable"),
        ),
        (
            ("Natural", "natur", "naturel"), ("Oiled", "geölt", "huilé"), ("Smoked", "geräuchert", "fumé"),
            ("Waxed", "gewachst", "ciré"), ("Limed", "gekälkt", "cérusé"), ("Brushed", "gebürstet", "brossé"),
            ("White", "weiß", "blanc"), ("Black", "schwarz", "noir"), ("Grey", "grau", "gris"),
            ("Dark", "dunkel", "foncé"),
        ),
    ),
    "metal": (
        (
            ("Steel", "Stahl", "Acier"), ("Brass", "Messing", "Laiton"), ("Copper", "Kupfer", "Cuivre"),
            ("Bronze", "Bronze", "Bronze"), ("Aluminium", "Aluminium", "Aluminium"), ("Iron", "Eisen", "Fer"),
        ),
        (
            ("Polished", "poliert", "poli"), ("Satin", "satiniert", "satiné"), ("Matt", "matt", "mat"),
            ("Blackened", "geschwärzt", "noirci"), ("Aged", "gealtert", "vieilli"),
            ("Hammered", "gehämmert", "martelé"), ("White", "weiß", "blanc"), ("Green", "grün", "vert"),
            ("Blue", "blau", "bleu"), ("Red", "rot", "rouge"),
        ),
    ),
    "limited": ((("Limited", "Limitiert", "Limité"),), (("One", "Eins", "un"), ("Two", "Zwei", "deux"))),
}  # fmt: skip

# Every option: its family, which is the name of the tag it bears, and its names.
OPTIONS: tuple[tuple[str, Names], ...] = tuple(
    (family, (f"{first[0]} {second[0]}", f"{first[1]} {second[1]}", f"{first[2]} {second[2]}"))
    for family, (firsts, seconds) in _FAMILIES.items()
    for first in firsts
    for second in seconds
)


def members(family: str) -> range:
    """Return the numbers of the options of a family; they are in one piece."""
    found = [number for number, (name, _) in enumerate(OPTIONS) if name == family]
    return range(found[0], found[-1] + 1)
