"""Programs that change arrays in place, by topic; a decorator gives the arguments and what must come of them."""
