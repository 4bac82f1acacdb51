package main

import (
	"bytes"
	"fmt"
	"os"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// nothing is a loader for compilers that read a schema alone: it fetches nothing.
type nothing struct{}

func (nothing) Load(url string) (any, error) {
	return nil, fmt.Errorf("%s is not in the file", url)
}

// compile loads one schema from disk, with formats asserted.
func compile(file string) (*jsonschema.Schema, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	document, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		return nil, err
	}
	compiler := jsonschema.NewCompiler()
	compiler.AssertFormat()
	compiler.UseLoader(nothing{})
	if err := compiler.AddResource(file, document); err != nil {
		return nil, err
	}
	return compiler.Compile(file)
}

func validate(schema *jsonschema.Schema, body []byte) error {
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(body))
	if err != nil {
		return err
	}
	return schema.Validate(value)
}

// contracts validates every example of the list, whose lines are `schema<TAB>example`.
func contracts(list string) error {
	lines, err := os.ReadFile(list)
	if err != nil {
		return err
	}
	schemas, examples, problems := map[string]*jsonschema.Schema{}, 0, 0
	problem := func(file string, err error) {
		fmt.Println(oneLine(file + ": " + err.Error()))
		problems++
	}
	for _, line := range strings.Split(strings.TrimSpace(string(lines)), "\n") {
		file, example, _ := strings.Cut(line, "\t")
		schema, known := schemas[file]
		if !known {
			if schema, err = compile(file); err != nil {
				problem(file, err)
				continue
			}
			schemas[file] = schema
		}
		body, err := os.ReadFile(example)
		if err == nil {
			err = validate(schema, body)
		}
		if err != nil {
			problem(example, err)
			continue
		}
		examples++
	}
	// For the driver.
	fmt.Println("read", len(schemas), examples)
	if problems > 0 {
		os.Exit(1)
	}
	return nil
}

func oneLine(text string) string { return strings.Join(strings.Fields(text), " ") }
