package text_test

import (
	"testing"
	"time"

	"porchlight/assets/text"
)

func TestTheTimeLeftIsSaidInSteps(t *testing.T) {
	for _, tt := range []struct {
		left           time.Duration
		en, pt, es, ru string
	}{
		{0, "", "", "", ""},
		{time.Second, "A few seconds left.", "Faltam poucos segundos.", "Faltan unos segundos.", "Осталось несколько секунд."},
		{12 * time.Second, "About 10 seconds left.", "Faltam cerca de 10 segundos.", "Faltan unos 10 segundos.", "Осталось примерно 10 секунд."},
		{54 * time.Second, "About 50 seconds left.", "Faltam cerca de 50 segundos.", "Faltan unos 50 segundos.", "Осталось примерно 50 секунд."},
		{55 * time.Second, "About a minute left.", "Falta cerca de um minuto.", "Falta cerca de un minuto.", "Осталась примерно 1 минута."},
		{100 * time.Second, "About 2 minutes left.", "Faltam cerca de 2 minutos.", "Faltan unos 2 minutos.", "Осталось примерно 2 минуты."},
		{5 * time.Minute, "About 5 minutes left.", "Faltam cerca de 5 minutos.", "Faltan unos 5 minutos.", "Осталось примерно 5 минут."},
	} {
		for tag, want := range map[string]string{"en": tt.en, "pt-BR": tt.pt, "es": tt.es, "ru": tt.ru} {
			words, err := text.Open(tag)
			if err != nil {
				t.Fatal(err)
			}
			if got := words.Left(tt.left); got != want {
				t.Errorf("%v in %s: got %q, want %q", tt.left, tag, got, want)
			}
		}
	}
}
