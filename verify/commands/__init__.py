"""The commands of ``realname``, one module a family. They wire and print; what they do is done elsewhere."""
