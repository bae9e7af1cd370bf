import { Controller, Get } from '@nestjs/common';
import { ChatService } from './chat.service';

@Controller()
export class AppController {
  constructor(private readonly chat: ChatService) {}

  @Get()
  page(): string {
    return this.chat.answer('a page');
  }
}
