package config

import (
	"errors"
	"io"
	"net"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"go.yaml.in/yaml/v4"
)

// pageYAML are the documents of the page's block that begins so, each read into one of the values: no more than they
// know may be in it.
func pageYAML(t *testing.T, begin string, values ...any) {
	t.Helper()
	page, err := os.ReadFile("../app/README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, found := strings.Cut(string(page), "\n```yaml\n"+begin)
	block, _, closed := strings.Cut(rest, "```")
	if !found || !closed {
		t.Fatalf("the page has no block that begins with %q", begin)
	}
	decoder := yaml.NewDecoder(strings.NewReader(begin + block))
	decoder.KnownFields(true)
	for _, value := range values {
		if err := decoder.Decode(value); err != nil {
			t.Fatalf("%q: %v", begin, err)
		}
	}
	if err := decoder.Decode(new(any)); !errors.Is(err, io.EOF) {
		t.Errorf("%q: one document too many, %v", begin, err)
	}
}

// checkSettings sees to it that the server would start with these, and returns the port that it would listen on.
func checkSettings(t *testing.T, args, environ []string) string {
	t.Helper()
	input := Input{args, environ}
	c, err := input.Load(io.Discard)
	if err != nil || len(input.Strays()) > 0 {
		t.Errorf("%q, %q: %v, %v", args, environ, err, input.Strays())
	}
	if len(c.TrustedProxies) == 0 || len(c.AllowedHosts) == 0 {
		t.Errorf("%q, %q set nothing", args, environ)
	}
	_, port, err := net.SplitHostPort(c.Listen)
	if err != nil {
		t.Error(err)
	}
	return port
}

// drain is how long a server takes to stop, at most.
const drain = 10 * time.Second

func TestPageHasAComposeFile(t *testing.T) {
	var file struct {
		Services map[string]struct {
			Image       string
			Environment map[string]string
			Ports       []string
			Healthcheck struct {
				Test     []string
				Interval time.Duration
			}
			Grace    time.Duration `yaml:"stop_grace_period"`
			Restart  string
			ReadOnly bool     `yaml:"read_only"`
			Drop     []string `yaml:"cap_drop"`
			Options  []string `yaml:"security_opt"`
			Ulimits  map[string]int
		}
	}
	pageYAML(t, "services:\n", &file)
	service := file.Services["beckon"]
	var environ []string
	for name, value := range service.Environment {
		environ = append(environ, name+"="+value)
	}
	port := checkSettings(t, nil, environ)
	if len(service.Ports) != 1 || !strings.HasSuffix(service.Ports[0], ":"+port) {
		t.Errorf("the port is %s, not %q", port, service.Ports)
	}
	if probe := service.Healthcheck.Test; len(probe) != 3 || !slices.Equal(probe[:2], []string{"CMD", "/beckon"}) || !slices.Contains(commandNames(), probe[2]) {
		t.Errorf("the health check is %q", probe)
	}
	if service.Grace <= drain {
		t.Errorf("%v is too short to stop in", service.Grace)
	}
}

// probe is of the kind that asks for a page.
type probe struct {
	HTTPGet        struct{ Path, Port string } `yaml:"httpGet"`
	TimeoutSeconds int                         `yaml:"timeoutSeconds"`
	PeriodSeconds  int                         `yaml:"periodSeconds"`
}

type kubernetesContainer struct {
	Name, Image     string
	ImagePullPolicy string `yaml:"imagePullPolicy"`
	Args            []string
	Env             []struct{ Name, Value string }
	Ports           []struct {
		Name string
		Port string `yaml:"containerPort"`
	}
	Liveness  probe `yaml:"livenessProbe"`
	Readiness probe `yaml:"readinessProbe"`
	Resources map[string]map[string]string
	Security  map[string]any `yaml:"securityContext"`
}

type kubernetesObject struct {
	APIVersion string `yaml:"apiVersion"`
	Kind       string
	Metadata   map[string]string
}

type kubernetesDeployment struct {
	kubernetesObject `yaml:",inline"`
	Spec             struct {
		Replicas int
		Strategy struct{ Type string }
		Selector struct {
			Labels map[string]string `yaml:"matchLabels"`
		}
		Template struct {
			Metadata struct{ Labels map[string]string }
			Spec     struct {
				Grace      int            `yaml:"terminationGracePeriodSeconds"`
				Links      bool           `yaml:"enableServiceLinks"`
				Token      bool           `yaml:"automountServiceAccountToken"`
				Security   map[string]any `yaml:"securityContext"`
				Containers []kubernetesContainer
			}
		}
	}
}

type kubernetesService struct {
	kubernetesObject `yaml:",inline"`
	Spec             struct {
		Selector map[string]string
		Ports    []struct {
			Name       string
			Port       int
			TargetPort string `yaml:"targetPort"`
		}
	}
}

func TestPageHasAManifestForKubernetes(t *testing.T) {
	var deployment kubernetesDeployment
	var service kubernetesService
	pageYAML(t, "apiVersion: apps/v1\n", &deployment, &service)
	app := deployment.Spec.Selector.Labels["app"]
	if app == "" || deployment.Spec.Template.Metadata.Labels["app"] != app || service.Spec.Selector["app"] != app {
		t.Error("the labels do not agree")
	}
	pod := deployment.Spec.Template.Spec
	if time.Duration(pod.Grace)*time.Second <= drain || deployment.Spec.Replicas != 1 {
		t.Errorf("%d s to stop in, %d replicas", pod.Grace, deployment.Spec.Replicas)
	}
	c := pod.Containers[0]
	var environ []string
	for _, variable := range c.Env {
		environ = append(environ, variable.Name+"="+variable.Value)
	}
	port, name := checkSettings(t, c.Args, environ), c.Ports[0].Name
	if c.Ports[0].Port != port || c.Liveness.HTTPGet.Port != name || c.Readiness.HTTPGet.Port != name || service.Spec.Ports[0].TargetPort != name {
		t.Errorf("the port %s is not used throughout: %+v, %+v", port, c, service)
	}
	if c.Liveness.HTTPGet.Path != healthPath || c.Readiness.HTTPGet.Path != "/readyz" {
		t.Errorf("the probes ask for %s and %s", c.Liveness.HTTPGet.Path, c.Readiness.HTTPGet.Path)
	}
}
