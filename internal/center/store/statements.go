package store

import (
	"context"
	"database/sql"
	"sync"
)

// statements are those that SQLite has parsed before, which takes longer than to
// run most of them. database/sql parses each once for each connection.
type statements struct {
	mu    sync.RWMutex
	known map[string]*sql.Stmt
}

// mostStatements is far above how many texts this package has.
const mostStatements = 256

// get returns the statement of a text, or nil if it cannot be kept.
func (s *statements) get(ctx context.Context, db *sql.DB, query string) *sql.Stmt {
	s.mu.RLock()
	known, ok := s.known[query]
	s.mu.RUnlock()
	if ok {
		return known
	}
	prepared, err := db.PrepareContext(ctx, query)
	if err != nil {
		return nil // the query itself says why
	}
	return s.keep(query, prepared)
}

func (s *statements) keep(query string, prepared *sql.Stmt) *sql.Stmt {
	s.mu.Lock()
	defer s.mu.Unlock()
	if other, ok := s.known[query]; ok || len(s.known) >= mostStatements {
		_ = prepared.Close() // nothing was asked with it
		return other
	}
	if s.known == nil {
		s.known = make(map[string]*sql.Stmt)
	}
	s.known[query] = prepared
	return prepared
}
