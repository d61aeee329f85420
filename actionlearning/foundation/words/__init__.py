"""Finding things by words of their names: which words there are, how they are kept, how they are asked for.

Text operators are not leakproof, so behind row security no index would serve them; equality of two
characters is. `sources` says what is findable, `keeping` lets the database keep the words in the very
statement that changes a name, `asking` looks them up behind the walls.
"""
