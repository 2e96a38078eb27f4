SELECT journal, position, state FROM covered WHERE only = 1;
