"""Which controls, for how much money, up to where.

``problem`` says what is chosen from; ``cuts`` finds the best set and proves how good it is; ``greedy`` finds a good
one quickly; ``frontier`` does so for many budgets. Indices of controls and terms only: ``controls`` knows what they mean.
"""
