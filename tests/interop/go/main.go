// Reads the contracts and the records of Recourse with Go's libraries.
package main

import (
	"fmt"
	"os"
)

func main() {
	var err error
	switch os.Args[1] {
	case "contracts":
		err = contracts(os.Args[2])
	case "records":
		err = records(os.Args[2], os.Args[3], os.Args[4])
	case "orders":
		err = orders(os.Args[2], os.Args[3])
	default:
		err = fmt.Errorf("no such command: %s", os.Args[1])
	}
	if err != nil {
		fmt.Println(oneLine(err.Error()))
		os.Exit(1)
	}
}
