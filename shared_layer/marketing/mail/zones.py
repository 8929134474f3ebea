"""Where a contact's clock stands: what it says of itself, else the zones of its country, else the campaign's zone."""

from __future__ import annotations

from typing import Final

from shared_layer.crm.contact import StoredContact
from shared_layer.marketing.mail.setup import known_zone

FIELD: Final = "timezone"
"""The custom field of a contact that names its zone."""

COUNTRIES: Final[dict[str, tuple[str, ...]]] = {
    "AR": ("America/Argentina/Buenos_Aires",), "AT": ("Europe/Vienna",), "AU": ("Australia/Sydney", "Australia/Perth"),
    "BE": ("Europe/Brussels",), "BG": ("Europe/Sofia",), "BR": ("America/Sao_Paulo", "America/Rio_Branco"),
    "CA": ("America/St_Johns", "America/Vancouver"), "CH": ("Europe/Zurich",), "CL": ("America/Santiago",),
    "CN": ("Asia/Shanghai",), "CO": ("America/Bogota",), "CZ": ("Europe/Prague",), "DE": ("Europe/Berlin",),
    "DK": ("Europe/Copenhagen",), "EG": ("Africa/Cairo",), "ES": ("Europe/Madrid", "Atlantic/Canary"),
    "FI": ("Europe/Helsinki",), "FR": ("Europe/Paris",), "GB": ("Europe/London",), "GR": ("Europe/Athens",),
    "HK": ("Asia/Hong_Kong",), "HR": ("Europe/Zagreb",), "HU": ("Europe/Budapest",),
    "ID": ("Asia/Jakarta", "Asia/Jayapura"),
    "IE": ("Europe/Dublin",), "IL": ("Asia/Jerusalem",), "IN": ("Asia/Kolkata",), "IT": ("Europe/Rome",),
    "JP": ("Asia/Tokyo",), "KE": ("Africa/Nairobi",), "KR": ("Asia/Seoul",), "LU": ("Europe/Luxembourg",),
    "MX": ("America/Cancun", "America/Tijuana"), "MY": ("Asia/Kuala_Lumpur",), "NG": ("Africa/Lagos",),
    "NL": ("Europe/Amsterdam",), "NO": ("Europe/Oslo",), "NZ": ("Pacific/Auckland",), "PE": ("America/Lima",),
    "PH": ("Asia/Manila",), "PK": ("Asia/Karachi",), "PL": ("Europe/Warsaw",),
    "PT": ("Europe/Lisbon", "Atlantic/Azores"),
    "RO": ("Europe/Bucharest",), "SA": ("Asia/Riyadh",), "SE": ("Europe/Stockholm",), "SG": ("Asia/Singapore",),
    "SI": ("Europe/Ljubljana",), "SK": ("Europe/Bratislava",), "TH": ("Asia/Bangkok",), "TR": ("Europe/Istanbul",),
    "TW": ("Asia/Taipei",), "UA": ("Europe/Kyiv",), "US": ("America/New_York", "America/Los_Angeles"),
    "VN": ("Asia/Ho_Chi_Minh",), "ZA": ("Africa/Johannesburg",),
}  # fmt: skip
"""The outermost zones of a country (IANA zone.tab): what is quiet in none of them is quiet nowhere between."""


def zones_of(contact: StoredContact, otherwise: str) -> list[str]:
    """The zones that the contact may live in."""
    said = contact.custom.get(FIELD, "")
    if known_zone(said):
        return [said]
    country = (contact.address.country or "").upper() if contact.address else ""
    if country in COUNTRIES:
        return list(COUNTRIES[country])
    if contact.phones and (dialled := _region(contact.phones[0])) in COUNTRIES:
        return list(COUNTRIES[dialled])
    return [otherwise]


def _region(phone: str) -> str:
    """The country of a number in E.164; of +1, which several share, the one that the area code says."""
    import phonenumbers

    try:
        return str(phonenumbers.region_code_for_number(phonenumbers.parse(phone)) or "")
    except phonenumbers.NumberParseException:
        return ""
