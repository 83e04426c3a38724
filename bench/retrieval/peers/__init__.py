"""The systems beside which TeaEgg is measured, each as its documentation shows it.

They run in an environment of their own (`requirements-peers.txt`) and import nothing of TeaEgg.
"""
