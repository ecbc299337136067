"""A follow-up carried out: announced, chased, answered (API, link, page), reported on."""
