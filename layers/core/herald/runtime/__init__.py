"""What makes a function run: settings, composition root, the SQS loop, HTTP answers, observability."""
