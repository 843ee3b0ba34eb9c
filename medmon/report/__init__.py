"""Lines of records go in, a report for people comes out: a page, pictures, text on a terminal.

`account` sorts lines into an `Account`; `page` writes it as one HTML file that needs nothing from
anywhere; `terminal` prints it; `timeline` and `scatter` draw it. Import them one by one: the
pictures need matplotlib, an account does not.
"""
