package app

import (
	"net/http"

	"beckon/internal/health"
	"beckon/internal/hub"
)

// What tests see of a server that nobody else does.

func (a *App) Admin() http.Handler     { return a.admin.Handler }
func (a *App) Pages() *http.Server     { return a.pages.Server }
func (a *App) Health() *health.Monitor { return a.health }
func (a *App) UseHub(instead *hub.Hub) { a.hub = instead }
