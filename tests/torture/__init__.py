"""Attacks on every world: `python -m tests.torture` prints how many were tried and how many it withstood.

Each class of attack is a module with one function of its name. It takes a world, a directory to work in and
how many attacks to try, and knows no world: all of it is asked of the world's declaration.
"""
