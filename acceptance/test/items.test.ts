// The curated catalogue of items.
