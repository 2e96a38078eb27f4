UPDATE branch SET state = ?, unsettled = ? WHERE only = 1;
