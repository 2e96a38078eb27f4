SELECT journal, position FROM branch WHERE only = 1;
