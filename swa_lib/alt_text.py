"""The site's side of a figure's alt text: Jupyter Book's MyST-NB loads this.

A `Picture` stores its description beside its PNG. MyST-NB drops that, so this
renderer (an entry point in pyproject.toml) writes it into the page.
"""


class ComputedAlt:
    """Put the description stored with a PNG output on the image of the page."""

    @staticmethod
    def handle_mime(renderer, data, inline):
        """Image nodes with alt text, or None where nothing is stored (MyST-NB then goes on)."""
        alt = data.output_metadata.get(data.mime_type, {}).get("alt")
        if data.mime_type != "image/png" or not alt:
            return None
        images = renderer.render_image(data)
        images[0]["alt"] = alt
        return images
