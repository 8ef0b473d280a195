"""The engines that a warehouse may be of, an adapter each, behind the protocol of `warehouse.py`."""
