"""A published world in other people's formats, under the source documents' names."""
