"""Rule packs of the examination: data that experts own, each with its samples or its sources."""
