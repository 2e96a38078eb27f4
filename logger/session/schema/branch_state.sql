SELECT state FROM branch WHERE only = 1;
