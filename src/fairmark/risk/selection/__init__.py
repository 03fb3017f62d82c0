"""Which controls, for how much money, up to where.

``problem`` says what is chosen from; ``cuts`` finds the best set and proves how good it is; ``greedy`` finds a good
one quickly; ``frontier`` does so for many budgets. They know indices only; ``controls`` knows what these mean.
"""
