"""Lines of records go in and reach a person or a program; one file a sink, named by its scheme."""
