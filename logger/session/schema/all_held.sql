-- Which positions which session holds, of all pens, between two positions, in order.
SELECT session, pen, from_position, to_position
  FROM held
 WHERE from_position < :beyond
   AND to_position >= :first
 ORDER BY pen, from_position;
