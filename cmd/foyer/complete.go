package main

import (
	"context"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"foyer/internal/awsconfig"
)

// completionTime is how long a shell waits for names.
const completionTime = 3 * time.Second

// completeRole completes ACCOUNT and ROLE with what the person has, when they
// are signed in.
func (d *desk) completeRole(cmd *cobra.Command, args []string, typed string) ([]string, cobra.ShellCompDirective) {
	if len(args) > 1 {
		return nil, cobra.ShellCompDirectiveDefault
	}
	client, err := d.open()
	if err != nil {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	ctx, cancel := context.WithTimeout(cmd.Context(), completionTime)
	defer cancel()
	var names []string
	if len(args) == 0 {
		accounts, err := client.Accounts(ctx)
		if err != nil {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		byName := typed != "" && strings.Trim(typed, "0123456789") != ""
		for _, a := range accounts {
			if byName {
				names = append(names, printable(a.Name)+"\t"+a.ID)
			} else {
				names = append(names, a.ID+"\t"+printable(a.Name))
			}
		}
	} else {
		account, err := found(ctx, client, args[0])
		if err == nil {
			names, err = client.Roles(ctx, account)
		}
		if err != nil {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
	}
	return beginning(names, typed), cobra.ShellCompDirectiveNoFileComp
}

// completeSessions completes the names of the sessions of the configuration.
func completeSessions(_ *cobra.Command, _ []string, typed string) ([]string, cobra.ShellCompDirective) {
	_, config, err := readConfig()
	if err != nil {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	var names []string
	for _, s := range config.Sections(awsconfig.KindSession) {
		names = append(names, s.Name)
	}
	return beginning(names, typed), cobra.ShellCompDirectiveNoFileComp
}

func beginning(names []string, typed string) []string {
	var those []string
	for _, name := range names {
		if strings.HasPrefix(strings.ToLower(name), strings.ToLower(typed)) {
			those = append(those, name)
		}
	}
	return those
}
