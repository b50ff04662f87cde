package app

import (
	"fmt"

	"github.com/rs/zerolog"

	"beckon/internal/auth"
	"beckon/internal/config"
)

// newTokens makes what checks login tokens, or nil where none are asked for.
func newTokens(cfg config.Config, log zerolog.Logger) (*auth.Verifier, error) {
	opts := auth.Options{Issuer: cfg.AuthIssuer, Audience: cfg.AuthAudience, NameClaim: cfg.AuthNameClaim}
	switch {
	case cfg.AuthJWTSecretFile != "":
		tokens, err := auth.LoadHS256(cfg.AuthJWTSecretFile, opts)
		if err != nil {
			return nil, fmt.Errorf("--auth-jwt-secret-file: %w", err)
		}
		return tokens, nil
	case cfg.AuthJWKSFile != "":
		tokens, err := auth.LoadJWKS(cfg.AuthJWKSFile, opts)
		if err != nil {
			return nil, fmt.Errorf("--auth-jwks-file: %w", err)
		}
		warnOfSkipped(tokens, log)
		return tokens, nil
	case cfg.AuthJWKSURL != "":
		if cfg.AuthAudience == "" {
			log.Warn().Msg("--auth-jwks-url without --auth-audience lets in who has a token that the provider made for any other service of its own, too")
		}
		return auth.FetchJWKS(cfg.AuthJWKSURL, cfg.AuthJWKSRefresh, opts), nil
	default:
		return nil, nil
	}
}

func warnOfSkipped(tokens *auth.Verifier, log zerolog.Logger) {
	for _, key := range tokens.Skipped() {
		log.Warn().Str("key", key).Msg("a key of the JWK Set cannot be used: it is left out")
	}
}

// reloadTokens reads the keys again, if they are from a file. Those from a URL are fetched, and reported then.
func (a *App) reloadTokens(cfg config.Config) error {
	if a.tokens == nil {
		return nil
	}
	err := a.tokens.Reload()
	if err == nil && cfg.AuthJWKSURL == "" {
		warnOfSkipped(a.tokens, a.log)
	}
	return err
}

// reportKeys tells the operator what came of fetching --auth-jwks-url.
func (a *App) reportKeys(fetched auth.Fetched) {
	switch {
	case fetched.Err != nil && !fetched.Usable:
		a.log.Error().Err(fetched.Err).Msg("the keys of --auth-jwks-url could not be fetched: no login succeeds until they are")
	case fetched.Err != nil:
		a.log.Warn().Err(fetched.Err).Msg("the keys of --auth-jwks-url could not be fetched: those of before stay in use")
	case fetched.Changed:
		a.log.Info().Msg("fetched new keys from --auth-jwks-url")
		warnOfSkipped(a.tokens, a.log)
	default:
		a.log.Debug().Msg("the keys of --auth-jwks-url are as they were")
	}
}
