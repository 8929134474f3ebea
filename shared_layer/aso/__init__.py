"""Search optimisation: keywords, what they bring, where more is to be had, content as hubs and spokes, page audits."""
