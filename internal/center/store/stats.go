package store

import "database/sql"

// Stats returns how busy the connections are, by the name of their pool.
func (db *DB) Stats() map[string]sql.DBStats {
	stats := map[string]sql.DBStats{"all": db.write.Stats()}
	if db.read.DB != db.write.DB {
		stats = map[string]sql.DBStats{"read": db.read.Stats(), "write": db.write.Stats()}
	}
	return stats
}
