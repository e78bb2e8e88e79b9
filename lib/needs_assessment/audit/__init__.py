"""Attacking a finished report as its readers could.

The attacker has what a reader has: the pages, the PDF, the workbook and the other files of the
report, with tips, alternative texts and the geometry of charts; the data dictionary, the catalogue
of indicators, populations and benchmarks; the printed rule; what partners published before;
earlier published versions, and reports of the councils of the same county. It shares no code with
what makes and protects a report: a mistake there is not repeated here.

Every number shown is a statement about an unknown whole number, exact or within the rounding of
its last digit. Every `[c]` is a whole number of which nothing is said. Totals, quarters, parts,
percentages, rates, estimates less a count, rates with a quarter filled in, intervals and drawings
join them (`knowledge`, `counting`, `rates`, `indirect`, `charts`), and integer programming bounds
each hidden number by all of it (`bounds`).

**What safe means** (`judging`), with `last` the largest count that the printed rule hides and
`width` how far it blurs other numbers, both 4 by default:

- A reader cannot know whether a hidden number is hidden for its own size or to protect another.
  It is safe when every value from 1 to `last` is possible (then it may be any small count), or
  when it can be larger than `last`, its greatest value is at least `width` more than its least,
  and at least `width` values are possible (then it is blurred, whatever it is). A number pinned,
  or confined to part of 1 to `last`, is neither.
- Where the caller knows which numbers are hidden for their own size, every value from 1 to `last`
  must be possible for those.
- A number that stands nowhere, but follows from a whole of which it is the one part missing, is
  unsafe when it can only be a small count and not every small count.
- A group of fewer people than the rule names, 10 by default, that lies wholly in one category is
  unsafe although both numbers are shown: it tells something of every one of them.
- A count that the rule hides, shown all the same, is unsafe.

A hidden number can be 0 as far as the printed rule says (`noughts`). Not unsafe is what a partner
had published before, and what counts no people. A number hidden in another report counts only when
the report under audit helps to open it. Addresses and tables are named; a hidden number, or how
far it is bounded, never is.

What a reader only supposes (that rows make the total beneath them, that a measure is never more
than another) is given up where the rest of the report contradicts it.
"""
