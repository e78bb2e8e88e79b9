"""What the Domestic Abuse Act 2021 itself names."""

SEATS = {
    "relevant local authority": "The relevant local authority",
    "local authorities within the area": "Local authorities within its area",
    "victims": "Victims of domestic abuse",
    "children of victims": "Children of victims",
    "charities and voluntary bodies": "Charities and voluntary bodies",
    "health care services": "Health care services",
    "policing or criminal justice": "Policing or criminal justice",
}
"""The places on a Local Partnership Board that section 58 names."""
