package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	kafka "github.com/cloudevents/sdk-go/protocol/kafka_sarama/v2"
	"github.com/cloudevents/sdk-go/v2/binding"
	"github.com/cloudevents/sdk-go/v2/event"
	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/twmb/franz-go/pkg/kgo"
)

const base = "https://recourse.example/schemas/"

// records reads every record of the partitions in ends, whose lines are
// `topic<TAB>partition<TAB>end`, and writes a line for each to out.
func records(ends, schemas, out string) error {
	published, err := load(schemas)
	if err != nil {
		return err
	}
	lines, err := os.ReadFile(ends)
	if err != nil {
		return err
	}
	left := map[string]map[int32]int64{}
	start := map[string]map[int32]kgo.Offset{}
	open := 0
	for _, line := range strings.Split(strings.TrimSpace(string(lines)), "\n") {
		var topic string
		var partition int32
		var end int64
		if _, err := fmt.Sscan(line, &topic, &partition, &end); err != nil {
			return err
		}
		if end == 0 {
			continue
		}
		if left[topic] == nil {
			left[topic], start[topic] = map[int32]int64{}, map[int32]kgo.Offset{}
		}
		left[topic][partition] = end
		start[topic][partition] = kgo.NewOffset().At(0)
		open++
	}
	client, err := kgo.NewClient(
		kgo.SeedBrokers(strings.Split(os.Getenv("KAFKA_BROKERS"), ",")...),
		kgo.ConsumePartitions(start),
		kgo.ConsumeResetOffset(kgo.NoResetOffset()),
		kgo.FetchIsolationLevel(kgo.ReadCommitted()),
		kgo.KeepControlRecords(), // the last record of a partition may be one
	)
	if err != nil {
		return err
	}
	defer client.Close()
	file, err := os.Create(out)
	if err != nil {
		return err
	}
	defer file.Close()
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	for open > 0 {
		fetches := client.PollFetches(ctx)
		if err := fetches.Err(); err != nil {
			return fmt.Errorf("%d partitions were not read to their end: %w", open, err)
		}
		fetches.EachRecord(func(record *kgo.Record) {
			end := left[record.Topic][record.Partition]
			if record.Offset < end && !record.Attrs.IsControl() {
				fmt.Fprintln(file, strings.Join(describe(record, published), "\t"))
			}
			if record.Offset < end && record.Offset+1 >= end {
				open--
			}
		})
	}
	return nil
}

func load(folder string) (map[string]*jsonschema.Schema, error) {
	files, err := filepath.Glob(filepath.Join(folder, "*.json"))
	if err != nil {
		return nil, err
	}
	published := map[string]*jsonschema.Schema{}
	for _, file := range files {
		schema, err := compile(file)
		if err != nil {
			return nil, err
		}
		published[schema.ID] = schema
	}
	return published, nil
}

// describe parses a record as an event: topic, partition, offset, id, type, schema and problem.
func describe(record *kgo.Record, published map[string]*jsonschema.Schema) []string {
	position := []string{record.Topic, fmt.Sprint(record.Partition), fmt.Sprint(record.Offset)}
	read, err := toEvent(record)
	if read == nil {
		return append(position, "", "", "", oneLine(err.Error()))
	}
	if err == nil {
		err = read.Validate()
	}
	if err == nil {
		// If an event names no schema, its type determines it.
		name := read.DataSchema()
		if name == "" {
			name = base + read.Type() + ".json"
		}
		if schema := published[name]; schema != nil {
			err = validate(schema, read.Data())
		} else {
			err = fmt.Errorf("no published schema is %q", name)
		}
	}
	problem := ""
	if err != nil {
		problem = oneLine(err.Error())
	}
	return append(position, read.ID(), read.Type(), read.DataSchema(), problem)
}

func toEvent(record *kgo.Record) (*event.Event, error) {
	headers, contentType := map[string][]byte{}, ""
	for _, header := range record.Headers {
		headers[header.Key] = header.Value
		if header.Key == "content-type" {
			contentType = string(header.Value)
		}
	}
	message := kafka.NewMessage(record.Value, contentType, headers)
	return binding.ToEvent(context.Background(), message)
}
