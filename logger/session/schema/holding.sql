SELECT DISTINCT session
  FROM held
 WHERE pen = :pen
   AND from_position <= :last
   AND to_position >= :first
 ORDER BY session;
