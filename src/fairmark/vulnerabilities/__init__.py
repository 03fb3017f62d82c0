"""From components to known flaws: records of many feeds, version orderings, matching, and what is dropped and why."""
