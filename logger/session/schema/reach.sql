SELECT journal, position, unsettled FROM covered WHERE only = 1;
