"""What is particular to enterprises: their names and codes, who stands for them, the register and its delays."""
