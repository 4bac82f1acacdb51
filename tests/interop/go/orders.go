package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/IBM/sarama"
	kafka "github.com/cloudevents/sdk-go/protocol/kafka_sarama/v2"
	"github.com/cloudevents/sdk-go/v2/binding"
	"github.com/cloudevents/sdk-go/v2/event"
	"github.com/twmb/franz-go/pkg/kgo"
)

// orders publishes the events in a file, the first in binary mode and the second in structured
// mode, each under the key of its purchase: the order's number. franz-go partitions by murmur2.
func orders(topic, file string) error {
	text, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	var events []event.Event
	if err := json.Unmarshal(text, &events); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	client, err := kgo.NewClient(
		kgo.SeedBrokers(strings.Split(os.Getenv("KAFKA_BROKERS"), ",")...),
		// The default is snappy, which not every client can read.
		kgo.ProducerBatchCompression(kgo.GzipCompression()),
	)
	if err != nil {
		return err
	}
	defer client.Close()
	for number, placed := range events {
		mode := binding.WithForceBinary(ctx)
		if number == 1 {
			mode = binding.WithForceStructured(ctx)
		}
		var message sarama.ProducerMessage
		if err := kafka.WriteProducerMessage(mode, binding.ToMessage(&placed), &message); err != nil {
			return err
		}
		value, err := message.Value.Encode()
		if err != nil {
			return err
		}
		record := &kgo.Record{Topic: topic, Key: []byte(placed.Subject()), Value: value}
		for _, header := range message.Headers {
			record.Headers = append(record.Headers, kgo.RecordHeader{Key: string(header.Key), Value: header.Value})
		}
		if err := client.ProduceSync(ctx, record).FirstErr(); err != nil {
			return err
		}
	}
	fmt.Println("read", len(events), len(events))
	return nil
}
