// A command line around go-tuf v2's own updater, nothing added and nothing relaxed.
//
//	go-tuf-client init FILE  --metadata-dir D
//	go-tuf-client refresh    --metadata-dir D --metadata-url U
//	go-tuf-client download   --metadata-dir D --metadata-url U --target-name N [--target-name N ...]
//	                         --target-base-url T --target-dir O
//
// The verb may stand before or after the options. Exit 0: done. 1: refused or failed, with the reason on
// stderr. 2: wrong usage. `download` prints one JSON line per verified target: {"name": ..., "path": ...}.
package main

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/theupdateframework/go-tuf/v2/metadata/config"
	"github.com/theupdateframework/go-tuf/v2/metadata/trustedmetadata"
	"github.com/theupdateframework/go-tuf/v2/metadata/updater"
)

var errUsage = errors.New("wrong usage")

type names []string

func (n *names) String() string { return strings.Join(*n, ",") }

func (n *names) Set(name string) error {
	*n = append(*n, name)
	return nil
}

type options struct {
	metadataDir, metadataURL, targetBaseURL, targetDir string
	targetNames                                        names
	words                                              []string // the verb, and for init the root file
}

// The flag package stops at the first word that is no flag, so it is called once per word.
func parse(args []string) (options, error) {
	var o options
	flags := flag.NewFlagSet("go-tuf-client", flag.ContinueOnError)
	flags.StringVar(&o.metadataDir, "metadata-dir", "", "where trusted metadata is kept")
	flags.StringVar(&o.metadataURL, "metadata-url", "", "where metadata is fetched")
	flags.Var(&o.targetNames, "target-name", "a target to fetch; may repeat")
	flags.StringVar(&o.targetBaseURL, "target-base-url", "", "where targets are fetched")
	flags.StringVar(&o.targetDir, "target-dir", "", "where targets are stored")
	for {
		if err := flags.Parse(args); err != nil {
			return o, fmt.Errorf("%w: %w", errUsage, err)
		}
		if flags.NArg() == 0 {
			return o, nil
		}
		o.words = append(o.words, flags.Arg(0))
		args = flags.Args()[1:]
	}
}

func run(o options) error {
	if len(o.words) == 0 || o.metadataDir == "" {
		return fmt.Errorf("%w: a verb and --metadata-dir are needed", errUsage)
	}
	switch verb := o.words[0]; {
	case verb == "init" && len(o.words) == 2:
		return storeRoot(o, o.words[1])
	case verb == "refresh" && len(o.words) == 1 && o.metadataURL != "":
		_, err := refreshed(o)
		return err
	case verb == "download" && len(o.words) == 1 && o.metadataURL != "" &&
		len(o.targetNames) > 0 && o.targetBaseURL != "" && o.targetDir != "":
		return download(o)
	default:
		return fmt.Errorf("%w: %s", errUsage, strings.Join(o.words, " "))
	}
}

func rootPath(o options) string { return filepath.Join(o.metadataDir, "root.json") }

func storeRoot(o options, file string) error {
	root, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	if _, err := trustedmetadata.New(root); err != nil {
		return err
	}
	if err := os.MkdirAll(o.metadataDir, 0o755); err != nil {
		return err
	}
	return os.WriteFile(rootPath(o), root, 0o644)
}

func refreshed(o options) (*updater.Updater, error) {
	root, err := os.ReadFile(rootPath(o))
	if err != nil {
		return nil, err
	}
	settings, err := config.New(o.metadataURL, root)
	if err != nil {
		return nil, err
	}
	settings.LocalMetadataDir = o.metadataDir
	settings.LocalTargetsDir = o.targetDir
	if o.targetDir == "" {
		settings.LocalTargetsDir = o.metadataDir // must be a folder even when nothing is stored in it
	}
	client, err := updater.New(settings)
	if err != nil {
		return nil, err
	}
	return client, client.Refresh()
}

func download(o options) error {
	client, err := refreshed(o)
	if err != nil {
		return err
	}
	report := json.NewEncoder(os.Stdout)
	for _, name := range o.targetNames {
		path, err := fetchTarget(client, name, o.targetBaseURL)
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		if err := report.Encode(map[string]string{"name": name, "path": path}); err != nil {
			return err
		}
	}
	return nil
}

func fetchTarget(client *updater.Updater, name, baseURL string) (string, error) {
	target, err := client.GetTargetInfo(name)
	if err != nil {
		return "", err
	}
	path, _, err := client.FindCachedTarget(target, "")
	if err == nil && path == "" {
		path, _, err = client.DownloadTarget(target, "", baseURL)
	}
	if err != nil {
		return "", err
	}
	return filepath.Abs(path)
}

func main() {
	o, err := parse(os.Args[1:])
	if err == nil {
		err = run(o)
	}
	if err == nil {
		return
	}
	fmt.Fprintln(os.Stderr, err)
	if errors.Is(err, errUsage) {
		os.Exit(2)
	}
	os.Exit(1)
}
